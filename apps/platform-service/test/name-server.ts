import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

const HEADER = 12;
const TXT = 16;

/** A name server over UDP that knows TXT records, and can fall silent. */
export async function startNameServer() {
  const records = new Map<string, string[]>();
  const state = { silent: false };
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    if (!state.silent) socket.send(answerTo(query, records), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    records,
    state,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}

export type NameServer = Awaited<ReturnType<typeof startNameServer>>;

/** RFC 1035 §4: the header, the question as it came, and one answer per text. */
function answerTo(query: Buffer, records: ReadonlyMap<string, string[]>): Buffer {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = query.subarray(HEADER, at + 5);
  const texts = query.readUInt16BE(at + 1) === TXT ? (records.get(labels.join('.').toLowerCase()) ?? []) : [];
  const header = Buffer.from(query.subarray(0, HEADER));
  header.writeUInt16BE(texts.length > 0 ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(texts.length, 6);
  header.fill(0, 8);
  return Buffer.concat([header, question, ...texts.map(recordOf)]);
}

function recordOf(text: string): Buffer {
  const content = Buffer.from(text);
  const fixed = Buffer.alloc(13);
  fixed.writeUInt16BE(0xc00c, 0);
  fixed.writeUInt16BE(TXT, 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt16BE(content.length + 1, 10);
  fixed.writeUInt8(content.length, 12);
  return Buffer.concat([fixed, content]);
}
