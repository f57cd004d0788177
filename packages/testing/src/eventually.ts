import { sleep } from '@kit/local-servers';

/**
 * Repeats the probe until it neither throws nor gives false, and gives its value. The error of the last try is the
 * error of the wait, so that an expect() inside says what was missing.
 */
export async function eventually<T>(probe: () => T | Promise<T>, { within = 5_000, every = 25 } = {}): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    let failure: unknown;
    try {
      const value = await probe();
      if ((value as unknown) !== false) return value;
      failure = new Error('the probe stayed false');
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= end) {
      if (failure instanceof Error) failure.message = `Not within ${within} ms: ${failure.message}`;
      throw failure;
    }
    await sleep(every);
  }
}
