import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const hash = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/**
 * A stand-in for a file store: GET with a range, PUT and DELETE of one bucket, for who signs as "Authenticating Requests
 * (AWS Signature Version 4)" says. Written from that document and not from the client it checks.
 */
export class S3Server {
  readonly files = new Map<string, Buffer>();
  readonly refused: string[] = [];
  /** How many of the next requests fail with 503. */
  failing = 0;

  private constructor(
    private readonly server: Server,
    private readonly bucket: string,
    private readonly credentials: S3Credentials,
  ) {}

  static async start(bucket: string, credentials: S3Credentials): Promise<S3Server> {
    const server = createServer();
    const store = new S3Server(server, bucket, credentials);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { status, body = '' } = store.answer(request, Buffer.concat(parts));
        response.writeHead(status).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, body: Buffer): { status: number; body?: string | Buffer } {
    if (this.failing > 0) {
      this.failing--;
      return { status: 503, body: 'SlowDown' };
    }
    const wrong = this.wrongWith(request, body);
    if (wrong !== null) {
      this.refused.push(wrong);
      return { status: 403, body: `SignatureDoesNotMatch: ${wrong}` };
    }
    const prefix = `/${this.bucket}/`;
    const path = (request.url ?? '').split('?')[0] as string;
    if (!path.startsWith(prefix)) return { status: 404, body: 'NoSuchBucket' };
    const key = decodeURIComponent(path.slice(prefix.length));
    if (request.method === 'PUT') {
      this.files.set(key, body);
      return { status: 200 };
    }
    if (request.method === 'DELETE') {
      this.files.delete(key);
      return { status: 204 };
    }
    const file = this.files.get(key);
    if (!file) return { status: 404, body: 'NoSuchKey' };
    const [, from = '0', to = String(file.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    return { status: 206, body: file.subarray(Number(from), Number(to) + 1) };
  }

  /** Task 1 to 3 of the document, each from what arrived. */
  private wrongWith({ method, url, headers }: IncomingMessage, body: Buffer): string | null {
    const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
    if (!match) return 'no signature';
    const [, credential = '', signed = '', signature = ''] = match;
    const time = String(headers['x-amz-date']);
    const scope = `${time.slice(0, 8)}/${this.credentials.region}/s3/aws4_request`;
    if (credential !== `${this.credentials.accessKeyId}/${scope}`) return `credential ${credential}`;
    const at = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (!(Math.abs(Date.now() - at) < 15 * 60_000)) return `time ${time}`;
    const sum = String(headers['x-amz-content-sha256']);
    if (sum !== 'UNSIGNED-PAYLOAD' && sum !== hash(body)) return 'the content is not what was signed';
    const names = signed.split(';');
    if (!names.includes('host') || !names.includes('x-amz-date')) return `signed headers ${signed}`;
    const [path = '', query = ''] = (url ?? '').split('?');
    const canonical = [
      method,
      path,
      query,
      ...names.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
      '',
      signed,
      sum,
    ].join('\n');
    const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
    const key = scope
      .split('/')
      .reduce<Buffer | string>((k, part) => hmac(k, part), `AWS4${this.credentials.secretAccessKey}`);
    const expected = hmac(key, toSign);
    return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? null : 'signature';
  }
}
