import type { Operation } from '@kit/contracts';

/** Which methods an address takes, for the answer to a method that it does not take. */
export class RouteTable {
  private readonly routes: { pattern: RegExp; method: string }[];

  constructor(operations: readonly Operation[], others: readonly { method: string; path: string }[] = []) {
    const routes = operations.flatMap(({ http }) =>
      http ? [{ method: http.method, path: http.base + http.path }] : [],
    );
    this.routes = [...routes, ...others].map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  }

  methodsOf(url: string): string[] {
    const path = url.split('?')[0] as string;
    const methods = new Set(this.routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  }
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`);
