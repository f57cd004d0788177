interface Held<Item> {
  readonly item: Item;
  readonly until: number;
}

interface Lane<Item> {
  readonly waiting: Held<Item>[];
  open: number;
  /** Waiting, open, or answered and not yet written down. */
  held: number;
}

/** What a process has claimed: so many requests at once in all and to each endpoint, the endpoints by turns. */
export class Hand<Item extends { readonly endpointId: string }> {
  private readonly lanes = new Map<string, Lane<Item>>();
  /** Endpoints of which something waits and that take one more. */
  private readonly ready = new Set<string>();
  size = 0;
  open = 0;
  waiting = 0;

  constructor(
    private readonly maxOpen: number,
    private readonly perEndpoint: number,
  ) {}

  /** How many are held of each endpoint. */
  byEndpoint(): Map<string, number> {
    return new Map([...this.lanes].map(([id, { held }]) => [id, held]));
  }

  /** @param until the time after which it is better not begun */
  add(item: Item, until: number): void {
    const lane = this.lanes.get(item.endpointId) ?? { waiting: [], open: 0, held: 0 };
    this.lanes.set(item.endpointId, lane);
    lane.waiting.push({ item, until });
    lane.held += 1;
    this.size += 1;
    this.waiting += 1;
    this.offer(item.endpointId, lane);
  }

  /** The next to begin with, which is open from now on. */
  next(): Held<Item> | null {
    if (this.open >= this.maxOpen) return null;
    const [id] = this.ready;
    const lane = id === undefined ? undefined : this.lanes.get(id);
    const held = lane?.waiting.shift();
    if (id === undefined || !lane || !held) return null;
    this.waiting -= 1;
    this.open += 1;
    lane.open += 1;
    this.ready.delete(id);
    this.offer(id, lane);
    return held;
  }

  /** It is no longer open, and held until it is written down. */
  ended({ endpointId }: Item): void {
    const lane = this.lanes.get(endpointId);
    if (!lane) return;
    this.open -= 1;
    lane.open -= 1;
    this.offer(endpointId, lane);
    this.forget(endpointId, lane);
  }

  written(items: readonly Item[]): void {
    for (const { endpointId } of items) this.drop(endpointId, 1);
  }

  /** Takes out what has not begun: of one endpoint, or all. */
  putBack(endpointId?: string): Item[] {
    const ids = endpointId === undefined ? [...this.lanes.keys()] : [endpointId];
    return ids.flatMap((id) => {
      const items = this.lanes.get(id)?.waiting.splice(0) ?? [];
      this.waiting -= items.length;
      this.ready.delete(id);
      this.drop(id, items.length);
      return items.map(({ item }) => item);
    });
  }

  private offer(id: string, lane: Lane<Item>): void {
    if (lane.waiting.length > 0 && lane.open < this.perEndpoint) this.ready.add(id);
  }

  private drop(id: string, count: number): void {
    const lane = this.lanes.get(id);
    if (!lane) return;
    lane.held -= count;
    this.size -= count;
    this.forget(id, lane);
  }

  private forget(id: string, { held, open }: Lane<Item>): void {
    if (held === 0 && open === 0) this.lanes.delete(id);
  }
}
