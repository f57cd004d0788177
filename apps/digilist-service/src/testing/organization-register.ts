import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Answers `GET /enhetsregisteret/api/enheter/{organisasjonsnummer}` in the shape that Brønnøysundregistrene document for
 * Enhetsregisteret: the fields that are read, and some of those around them.
 */
export class RegisterServer {
  private readonly units = new Map<string, object>();
  /** Numbers that were asked for. */
  readonly asked: string[] = [];
  /** Status of every answer while it is away. */
  away: number | null = null;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<RegisterServer> {
    const server = createServer();
    const register = new RegisterServer(server);
    server.on('request', (request, response) => {
      const number = request.url?.match(/^\/enhetsregisteret\/api\/enheter\/(\d{9})$/)?.[1] ?? '';
      register.asked.push(number);
      const unit = register.units.get(number);
      const gone = unit !== undefined && 'utgaatt' in unit;
      const status = register.away ?? (unit === undefined ? 404 : gone ? 410 : 200);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(status === 200 ? JSON.stringify(unit) : JSON.stringify({ status, error: 'feil' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return register;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A unit as the register answers it; `change` replaces fields. */
  register(organisasjonsnummer: string, navn: string, change: object = {}): void {
    this.units.set(organisasjonsnummer, {
      organisasjonsnummer,
      navn,
      organisasjonsform: { kode: 'FLI', beskrivelse: 'Forening/lag/innretning', _links: {} },
      registreringsdatoEnhetsregisteret: '1995-02-20',
      registrertIMvaregisteret: false,
      naeringskode1: { kode: '93.120', beskrivelse: 'Idrettslag og -klubber' },
      forretningsadresse: { land: 'Norge', landkode: 'NO', postnummer: '6789', poststed: 'STOREVIK' },
      konkurs: false,
      underAvvikling: false,
      underTvangsavviklingEllerTvangsopplosning: false,
      maalform: 'Bokmål',
      ...change,
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
