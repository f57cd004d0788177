import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A mail server that knows nobody: it takes the connection and answers every recipient with "no such user", for good. */
export async function startRefusingSmtp() {
  const server = createServer((socket) => {
    socket.write('220 refusing ESMTP\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        if (/^RCPT/i.test(line)) socket.write('550 5.1.1 no such user\r\n');
        else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
