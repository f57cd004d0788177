import { randomUUID } from 'node:crypto';
import { type FetchKeys, newTraceparent, type PublicJwk, type RpcClient } from '@kit/service';
import { listSigningKeys } from '@platform/contracts';

const TIMEOUT_MS = 2_000;

/** Public keys of access tokens, asked of PLATFORM; the kit keeps them while it is away. */
export const signingKeysOf =
  (rpc: RpcClient): FetchKeys =>
  async () => {
    const caller = { requestId: randomUUID(), traceparent: newTraceparent(), deadline: Date.now() + TIMEOUT_MS };
    const { keys } = await rpc.call(caller, listSigningKeys, {});
    return keys as PublicJwk[];
  };
