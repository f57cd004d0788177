/** Asks again until there is an answer; `null` is none. */
export async function until<T>(what: string, probe: () => Promise<T | null> | T | null, within = 10_000): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    const answer = await probe();
    if (answer !== null) return answer;
    if (Date.now() > end) throw new Error(`${what}: ikke innen ${within / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
