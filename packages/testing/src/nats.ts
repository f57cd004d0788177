import { createStreams, type NatsCredential, type NatsServer, startNatsServer } from '@kit/local-servers';
import { filesWithProducts } from './products.js';
import { filesWithRegions } from './region-files.js';

export interface StartNatsOptions {
  streams?: boolean;
  /** Made-up products that the server lets in besides the one that ships. */
  products?: readonly string[];
  /** Regions of the shipped product besides home. */
  regions?: readonly string[];
}

/** A real nats-server of its own: the shipped configuration, the shipped streams and durables, a free port. */
export async function startNats({
  streams = true,
  products = [],
  regions = [],
}: StartNatsOptions = {}): Promise<NatsServer> {
  const files =
    products.length > 0 ? filesWithProducts(products) : regions.length > 0 ? filesWithRegions(regions) : null;
  const server = await startNatsServer(files ?? {});
  if (streams) {
    try {
      await createStreams(server.url, server.credentials, files ? { wanted: files.wanted } : {});
    } catch (error) {
      await server.stop();
      throw error;
    }
  }
  return server;
}

/** Connection options of @nats-io/transport-node for one of the users, with the inbox the user may read. */
export function natsOptions(server: Pick<NatsServer, 'url'>, credential: NatsCredential) {
  return {
    // A cluster names its nodes with commas between.
    servers: server.url.split(','),
    user: credential.user,
    pass: credential.password,
    inboxPrefix: `_INBOX_${credential.user}`,
  };
}
