// Files out of a drop, folders opened all the way down.

/** Must be called while the drop event runs: its items are gone afterwards. */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(walk))).flat();
}

async function walk(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const inside = [];
  // A reader hands out at most 100 entries at a time and none when it is through.
  for (let batch = await read(reader); batch.length > 0; batch = await read(reader)) inside.push(...batch);
  return (await Promise.all(inside.map(walk))).flat();
}

const read = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
