// What is not sent yet as one file, to be read on another phone by the same account.
//
//   <the app's name> 1 <bytes of the list> <SHA-256 of the list>\n
//   <the list: JSON {account, made_at, records: [{kind, at, item, more,
//    photos: [{sha256, size}]}]}>
//   <the photos' bytes, in the list's order>
//
// Every part has its checksum: a file that was cut or changed is refused whole.
import { Trouble, sha256 } from "./ids.js";
import { fresh, insert, list } from "./outbox.js";
import { NAME } from "./own.js";
import { account, inOne } from "./store.js";

const HEAD = new RegExp(`^${NAME} (\\d+) (\\d+) ([0-9a-f]{64})$`);

// Resolves with a Blob of what is not sent yet.
export async function save() {
  const who = await account();
  const records = (await list()).filter((one) => one.state !== "sent");
  const pictures = [];
  const told = [];
  for (const { id, kind, at, item, more, photos } of records) {
    const here = [];
    for (const { sha256: name, size, sent } of photos) {
      const kept = await inOne("readonly", ["photos"], (all) => all.get([id, name]));
      if (!kept || sent) continue;
      here.push({ sha256: name, size });
      pictures.push(kept.bytes);
    }
    told.push({ kind, at, item, more, photos: here });
  }
  const body = JSON.stringify({ account: who, made_at: new Date().toISOString(), records: told });
  const bytes = await new Blob([body]).arrayBuffer();
  const head = `${NAME} 1 ${bytes.byteLength} ${await sha256(bytes)}\n`;
  return new Blob([head, bytes, ...pictures], { type: "application/octet-stream" });
}

// Reads such a file; what is here already stays as it is. Resolves with {added, same}; rejects,
// having added nothing, with Trouble "not_ours" (no such file), "newer" (of a newer app),
// "damaged", "signin", "other_account" (with the `name` it belongs to) or "full".
export async function read(file) {
  const { told, at } = await opened(file);
  const who = await account();
  if (!who) throw new Trouble("signin");
  if (told.account.id !== who.id) throw new Trouble("other_account", { name: told.account.name });
  const found = await withPhotos(file, told.records, at);
  const counted = { added: 0, same: 0 };
  for (const [{ kind, at: written, item, more }, pictures] of found) {
    const record = { ...fresh(kind, item, who.id, pictures), at: written, more };
    // What the server has already of an entry's photos is not in the file; it says so again.
    counted[(await insert(record, pictures)) ? "added" : "same"] += 1;
  }
  return counted;
}

async function opened(file) {
  const [first] = (await file.slice(0, 120).text()).split("\n");
  const [, format, size, sum] = HEAD.exec(first) || [];
  if (!format) throw new Trouble("not_ours");
  if (format !== "1") throw new Trouble("newer");
  const from = first.length + 1;
  const list = file.slice(from, from + Number(size));
  if ((await sha256(list)) !== sum) throw new Trouble("damaged");
  return { told: JSON.parse(await list.text()), at: from + Number(size) };
}

async function withPhotos(file, records, start) {
  const found = [];
  let at = start;
  for (const record of records) {
    const pictures = [];
    for (const { sha256: name, size } of record.photos) {
      const bytes = await file.slice(at, at + size).arrayBuffer();
      if ((await sha256(bytes)) !== name) throw new Trouble("damaged");
      pictures.push({ sha256: name, size, bytes });
      at += size;
    }
    found.push([record, pictures]);
  }
  return found;
}
