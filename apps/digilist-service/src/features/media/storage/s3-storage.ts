import { createHash } from 'node:crypto';
import type { Secret } from '@kit/service';
import { AwsClient } from 'aws4fetch';
import { FileMissing, MediaStorage } from './media-storage.js';

export interface S3Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  /** `<endpoint>/<bucket>/<key>` rather than `<bucket>.<endpoint>/<key>`. */
  readonly pathStyle: boolean;
}

const TIMEOUT_MS = 20_000;
/** Besides the first attempt, for answers of 5xx and 429. */
const RETRIES = 2;

/** Files in a bucket of any store that speaks S3. Three requests and their signature: no need of a vendor's whole kit. */
export class S3Storage extends MediaStorage {
  private readonly client: AwsClient;
  private readonly base: string;

  constructor(settings: S3Settings) {
    super();
    const { region, accessKeyId, secretAccessKey } = settings;
    this.client = new AwsClient({
      accessKeyId: accessKeyId.reveal(),
      secretAccessKey: secretAccessKey.reveal(),
      region,
      service: 's3',
      retries: RETRIES,
    });
    this.base = bucketAddress(settings);
  }

  async put(key: string, bytes: Buffer): Promise<void> {
    const sum = createHash('sha256').update(bytes).digest('hex');
    // With its sum signed, what was torn on the way is refused there.
    const headers = { 'content-type': 'application/octet-stream', 'x-amz-content-sha256': sum };
    await this.ask('PUT', key, { headers, body: new Uint8Array(bytes) });
  }

  async read(key: string, from: number, length: number): Promise<Buffer> {
    const response = await this.ask('GET', key, { headers: { range: `bytes=${from}-${from + length - 1}` } });
    return Buffer.from(await response.arrayBuffer());
  }

  async remove(key: string): Promise<void> {
    await this.ask('DELETE', key).catch((error: unknown) => {
      if (!(error instanceof FileMissing)) throw error;
    });
  }

  private async ask(method: string, key: string, init: Pick<RequestInit, 'headers' | 'body'> = {}) {
    const response = await this.client.fetch(`${this.base}/${key}`, {
      method,
      ...init,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return response;
    const answer = (await response.text()).slice(0, 500);
    if (response.status === 404) throw new FileMissing(key);
    throw new Error(`the file store answered ${response.status} to ${method} ${key}: ${answer}`);
  }
}

export function bucketAddress({ endpoint, bucket, pathStyle }: S3Settings): string {
  const address = new URL(endpoint);
  if (!pathStyle) address.hostname = `${bucket}.${address.hostname}`;
  return `${address.href.replace(/\/$/, '')}${pathStyle ? `/${bucket}` : ''}`;
}
