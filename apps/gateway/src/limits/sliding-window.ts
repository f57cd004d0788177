/** Requests of one key: of this instance, and of the others as they last told. */
interface Counter {
  /** Number of the window that `own` and `others` belong to. */
  window: number;
  own: number;
  others: number;
  /** Everybody's requests in the window before. */
  previous: number;
  byInstance: Map<string, number> | null;
}

export interface Allowance {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until one more request is allowed (refused), or until the window ends (allowed). */
  readonly seconds: number;
}

/**
 * Sliding-window counters (the window before counts by the share of it that still lies within reach), shared by
 * exchange: each instance tells its own total per key and window, so a message that is lost or comes twice does no harm.
 */
export class SlidingWindow {
  private readonly counters = new Map<string, Counter>();
  private changed = new Set<string>();
  private sweptAt = 0;

  constructor(
    readonly windowMs: number,
    private readonly capacity = 200_000,
  ) {}

  /** Counts one request, unless `limit` is reached: a refused request is not held against the caller. */
  take(key: string, limit: number, now: number): Allowance {
    const window = Math.floor(now / this.windowMs);
    const counter = this.counter(key, window);
    const elapsed = (now - window * this.windowMs) / this.windowMs;
    const current = counter.own + counter.others;
    const used = current + counter.previous * (1 - elapsed);
    if (used + 1 > limit)
      return { allowed: false, remaining: 0, seconds: this.wait(current, counter.previous, elapsed, limit) };
    counter.own += 1;
    this.changed.add(key);
    const seconds = Math.ceil(((1 - elapsed) * this.windowMs) / 1000);
    return { allowed: true, remaining: Math.max(0, Math.floor(limit - used - 1)), seconds };
  }

  /** Own totals of the keys that were counted since the last call, in the window of `now`. */
  drain(now: number): { window: number; counts: [string, number][] } {
    const window = Math.floor(now / this.windowMs);
    const counts: [string, number][] = [];
    for (const key of this.changed) {
      const counter = this.counters.get(key);
      if (counter && counter.window === window) counts.push([key, counter.own]);
    }
    this.changed = new Set();
    return { window, counts };
  }

  /** Marks everything as untold, for an instance that has just joined. */
  tellAll(): void {
    for (const key of this.counters.keys()) this.changed.add(key);
  }

  /** What another instance told. */
  hear(instance: string, window: number, counts: readonly [string, number][], now: number): void {
    if (window !== Math.floor(now / this.windowMs)) return;
    for (const [key, total] of counts) {
      const counter = this.counter(key, window);
      counter.byInstance ??= new Map();
      const before = counter.byInstance.get(instance) ?? 0;
      if (total <= before) continue;
      counter.byInstance.set(instance, total);
      counter.others += total - before;
    }
  }

  get size(): number {
    return this.counters.size;
  }

  private wait(current: number, previous: number, elapsed: number, limit: number): number {
    const inThisWindow = previous > 0 ? 1 - (limit - 1 - current) / previous - elapsed : 1;
    const share =
      current + 1 <= limit && inThisWindow <= 1 - elapsed ? inThisWindow : 1 - elapsed + (1 - (limit - 1) / current);
    return Math.max(1, Math.ceil((share * this.windowMs) / 1000));
  }

  private counter(key: string, window: number): Counter {
    this.sweep(window);
    const known = this.counters.get(key);
    if (!known) {
      if (this.counters.size >= this.capacity) this.evictOldest();
      const fresh = { window, own: 0, others: 0, previous: 0, byInstance: null };
      this.counters.set(key, fresh);
      return fresh;
    }
    if (known.window !== window) {
      known.previous = known.window === window - 1 ? known.own + known.others : 0;
      known.window = window;
      known.own = 0;
      known.others = 0;
      known.byInstance = null;
    }
    return known;
  }

  /** Once a window: forgets who has not called for two. */
  private sweep(window: number): void {
    if (this.sweptAt === window) return;
    this.sweptAt = window;
    for (const [key, counter] of this.counters) if (counter.window < window - 1) this.counters.delete(key);
  }

  private evictOldest(): void {
    const oldest = this.counters.keys().next().value;
    if (oldest !== undefined) this.counters.delete(oldest);
  }
}
