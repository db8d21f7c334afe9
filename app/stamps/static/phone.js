// The producer's pages of stamps: buttons beside numbers, a photo sent as soon as it is taken, and
// the camera where the browser reads codes itself. Without any of it the forms work as they are.
const PAUSE = 200;

for (const stepper of document.querySelectorAll(".stepper")) {
  const input = stepper.querySelector("input");
  for (const button of stepper.querySelectorAll("button")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = Number.parseInt(input.value.replace(/\D/g, ""), 10) || 0;
      input.value = Math.max(0, now + Number(button.dataset.by) * Number(stepper.dataset.step));
    });
  }
}

for (const form of document.querySelectorAll("form.photo")) {
  form.classList.add("at-once");
  form.elements.photo.addEventListener("change", (event) => {
    // What was typed below goes along, so that the answer still has it.
    const typed = document.getElementById("codes")?.elements;
    for (const name of ["first_code", "last_code"])
      if (typed?.[name]) form.elements[name].value = typed[name].value;
    if (event.target.value) form.requestSubmit();
  });
}

// What a symbol names: two codes on a label, one on a stamp.
function named(text) {
  const bare = text.trim();
  const asked = new URLSearchParams(bare.split("?")[1] ?? "");
  if (asked.get("first") && asked.get("last")) return [asked.get("first"), asked.get("last")];
  return [bare.split("?")[0].replace(/\/+$/, "").split("/").pop()];
}

// Of several symbols in view the label counts first, then the one nearest the middle.
function chosen(found, video) {
  const [x, y] = [video.videoWidth / 2, video.videoHeight / 2];
  const far = ({ boundingBox: box }) =>
    Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
  const read = found.map((one) => ({ codes: named(one.rawValue), far: far(one) }));
  read.sort((one, other) => other.codes.length - one.codes.length || one.far - other.far);
  return read[0]?.codes ?? [];
}

async function scan(box, form) {
  const [video, told] = [box.querySelector("video"), box.querySelector("p")];
  // Where one stamp is asked for, its field is the last one too.
  const { first_code: first, last_code: last = first } = form.elements;
  const say = (word) => { told.hidden = false; told.textContent = box.dataset[word]; };
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    say("denied");
    return;
  }
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  video.srcObject = stream;
  video.hidden = false;
  first.value = last.value = "";
  say("first");
  await video.play();
  while (!last.value) {
    await new Promise((done) => setTimeout(done, PAUSE));
    const codes = chosen(await detector.detect(video).catch(() => []), video);
    if (codes.length === 2) [first.value, last.value] = codes;
    else if (codes.length && !first.value) {
      first.value = codes[0];
      say("last");
    } else if (codes.length && codes[0] !== first.value) last.value = codes[0];
  }
  for (const track of stream.getTracks()) track.stop();
  video.hidden = true;
  say("done");
  form.querySelector("button:not([type=button])").focus();
}

async function offerCamera(box) {
  const form = document.getElementById("codes");
  if (!form || !("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) return;
  const formats = await BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code") || form.elements.first_code.tagName !== "INPUT") return;
  box.hidden = false;
  const button = box.querySelector("button");
  button.addEventListener("click", async () => {
    button.disabled = true;
    await scan(box, form);
    button.disabled = false;
  });
}

for (const box of document.querySelectorAll(".camera")) offerCamera(box);
