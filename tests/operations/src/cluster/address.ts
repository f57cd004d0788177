import net, { type AddressInfo, type Socket } from 'node:net';

/**
 * The address under which services know a database: it leads to one server at a time, and an operator (or a Kubernetes
 * service, HAProxy, a virtual address) says to which. Without a server it refuses.
 */
export class Address {
  private readonly open = new Set<Socket>();
  private port: number | null = null;

  private constructor(private readonly server: net.Server) {}

  static async start(): Promise<Address> {
    const server = net.createServer();
    const address = new Address(server);
    server.on('connection', (client) => address.accept(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return address;
  }

  /** What a server's URL is through this address. */
  through(url: string): string {
    const changed = new URL(url);
    changed.port = String((this.server.address() as AddressInfo).port);
    return changed.href;
  }

  /** Whoever is connected to the former server is cut off from it. */
  leadTo(url: string | null): void {
    this.port = url === null ? null : Number(new URL(url).port);
    for (const socket of this.open) socket.destroy();
  }

  async stop(): Promise<void> {
    this.leadTo(null);
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (this.port === null) {
      client.destroy();
      return;
    }
    const server = net.connect(this.port, '127.0.0.1');
    this.pass(client, server);
    this.pass(server, client);
  }

  private pass(from: Socket, to: Socket): void {
    this.open.add(from);
    from.setNoDelay(true);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.open.delete(from);
      to.destroy();
    });
  }
}
