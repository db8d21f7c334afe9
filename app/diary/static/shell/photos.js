// Photos made small on the phone: at most 300 KB of JPEG, upright, without what cameras add
// (position, time, model): a canvas keeps pixels only.
import { Trouble } from "./ids.js";

export const MOST_BYTES = 300 * 1024;
// The server keeps 1280; smaller ones follow where that is still too heavy.
const SIDES = [1280, 1024, 800, 640];
const QUALITIES = [0.82, 0.7, 0.55, 0.4];

// Resolves with a Blob to give to outbox.add; rejects with Trouble "not_a_picture".
export async function shrink(file) {
  const picture = await decoded(file);
  try {
    for (const side of SIDES) {
      const canvas = drawn(picture, side);
      for (const quality of QUALITIES) {
        const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
        if (blob && blob.size <= MOST_BYTES) return blob;
      }
    }
    throw new Trouble("not_a_picture");
  } finally {
    URL.revokeObjectURL(picture.src);
  }
}

async function decoded(file) {
  const picture = new Image();
  picture.src = URL.createObjectURL(file);
  try {
    await picture.decode();
  } catch (error) {
    URL.revokeObjectURL(picture.src);
    throw new Trouble("not_a_picture");
  }
  return picture;
}

function drawn(picture, side) {
  const { naturalWidth: width, naturalHeight: height } = picture;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const paint = canvas.getContext("2d");
  // What is transparent would turn black.
  paint.fillStyle = "#fff";
  paint.fillRect(0, 0, canvas.width, canvas.height);
  // An image is drawn as its camera held it since Chromium 81; that is this app's floor.
  paint.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
