import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSms {
  to: string;
  from: string;
  text: string;
}

export const SMS_ACCOUNT = {
  accountSid: `AC${'0123456789abcdef'.repeat(2)}`,
  authToken: 'hemmelig-nokkel',
  sender: 'Storevik',
};

const said = (code: number, message: string, status: number) => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

/**
 * A server of our own that behaves as Twilio documents POST /2010-04-01/Accounts/{sid}/Messages.json: for specs, since
 * the real one costs money. Numbers that end in 404 do not exist (21211), those in 500 meet trouble of its own.
 */
export async function startSmsGateway() {
  const received: ReceivedSms[] = [];
  const { accountSid, authToken } = SMS_ACCOUNT;
  const answer = (path: string, authorization: string | undefined, form: URLSearchParams) => {
    if (path !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) return said(20404, 'not found', 404);
    const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    if (authorization !== expected) return said(20003, 'Authenticate', 401);
    const [to, from, text] = [form.get('To') ?? '', form.get('From') ?? '', form.get('Body') ?? ''];
    if (text === '') return said(21602, 'Message body is required', 400);
    if (to.endsWith('404')) return said(21211, `The 'To' number ${to} is not a valid phone number.`, 400);
    if (to.endsWith('500')) return said(20500, 'Internal Server Error', 500);
    received.push({ to, from, text });
    return { status: 201, body: { sid: `SM${String(received.length).padStart(32, '0')}`, status: 'queued', to, from } };
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const result = answer(request.url ?? '', request.headers.authorization, new URLSearchParams(body));
      response.writeHead(result.status, { 'content-type': 'application/json' }).end(JSON.stringify(result.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
