// Makes chosen photos smaller before they leave the phone: quicker over a slow network, and where
// and when they were taken stays behind. What can't be read here goes as it is; the server checks.
const SIDE = 1600;
const QUALITY = 0.85;

async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return new File([blob], "photo.jpg", { type: "image/jpeg" });
}

for (const input of document.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const chosen = new DataTransfer();
      chosen.items.add(await smaller(file));
      input.files = chosen.files;
    } catch {
      // It stays as it was chosen.
    }
  });
}
