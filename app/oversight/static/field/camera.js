// Codes of stamps read by the camera, where the browser knows how.
const PAUSE = 200;

export async function canScan() {
  if (!self.BarcodeDetector || !navigator.mediaDevices) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

// What a symbol names: the last part of an address, or a label's first code.
export function codeOf(text) {
  const [path, asked] = text.trim().split("?");
  const first = new URLSearchParams(asked || "").get("first");
  return first || path.replace(/\/+$/, "").split("/").pop();
}

// Resolves with the first code in view, or with nothing once `stopped()`. Rejects where the
// camera is refused.
export async function scan(video, stopped) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (!stopped()) {
      const [found] = await detector.detect(video).catch(() => []);
      if (found) return codeOf(found.rawValue);
      await new Promise((done) => setTimeout(done, PAUSE));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
