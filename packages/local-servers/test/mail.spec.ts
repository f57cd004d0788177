import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { startMailCatcher } from '@kit/local-servers';

it('a free port that somebody else took first is given up for another', async () => {
  const other = createServer((socket) => void socket.resume());
  const webPort = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  const mail = await startMailCatcher({ webPort });
  expect(mail.webPort).not.toBe(webPort);
  expect((await fetch(`${mail.url}/email`)).status).toBe(200);
  await mail.stop();
  await new Promise((resolve) => other.close(resolve));
});
