import { deflateSync } from 'node:zlib';

/** The checksum of PNG chunks (RFC 2083 §3.4); Node.js has one of its own only since 20.15. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
};

/** A picture any program opens: a disc of a colour before a lighter ground. */
export function pngOf(width: number, height: number, [red, green, blue]: [number, number, number]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixel = (column: number, row: number): number[] => {
    const inDisc = Math.hypot(column - width / 2, row - height / 2) < height / 3;
    return [red, green, blue].map((shade) => (inDisc ? shade : Math.round(shade + (255 - shade) * 0.8)));
  };
  const rowOf = (row: number) =>
    Buffer.from([0, ...Array.from({ length: width }, (_, column) => pixel(column, row)).flat()]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, (_, row) => rowOf(row))));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export const png = pngOf(4, 4, [29, 155, 240]);
export const jpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10]),
  Buffer.from('JFIF\0'),
  Buffer.alloc(40),
]);
export const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(40, 1)]);

const container = (brand: string) =>
  Buffer.concat([Buffer.from([0, 0, 0, 0x18]), Buffer.from(`ftyp${brand}`), Buffer.alloc(12)]);
export const quicktime = container('qt  ');
export const heic = container('heic');

/** Bytes that begin as an mp4 does, in the given length. */
export function mp4(length: number): Buffer {
  const film = Buffer.alloc(length, 7);
  container('isom').copy(film);
  return film;
}
