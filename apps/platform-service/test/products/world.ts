import { Refusal } from '@kit/contracts';
import { REACHES_RECEIVER, startReceiver } from '@kit/testing/outside';
import { createUser, registerProduct } from '@platform/contracts';
import { productOf } from '../product.js';
import { PASSWORD, platformWorld } from '../world.js';
import { LENDING, PARKING, POLLS } from './manifests.js';

/** What a product is refused: the code, and where in what it said. */
export async function refused(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const at = (error.errors ?? []).map(({ path }) => path);
    return [error.code, ...at, ...(error.details ? [JSON.stringify(error.details)] : [])].join(' ');
  }
}

/** PLATFORM with three made-up products, a tenant licensed for the first, and a server on the outside. */
export async function threeProducts() {
  const receiver = await startReceiver();
  const world = await platformWorld(REACHES_RECEIVER, { products: [LENDING, PARKING, POLLS].map(({ key }) => key) });
  const [lending, parking, polls] = await Promise.all([
    productOf(world, 'lending'),
    productOf(world, 'parking'),
    productOf(world, 'polls'),
  ]);
  await Promise.all([
    lending.call(registerProduct, LENDING),
    parking.call(registerProduct, PARKING),
    polls.call(registerProduct, POLLS),
  ]);
  const root = await world.superToken();
  const fjell = await world.tenant('fjell', { subscription: { product: 'lending', planKey: 'shelf' } });
  return {
    world,
    receiver,
    lending,
    parking,
    polls,
    fjell,
    root,
    admin: { token: fjell.token },
    /** Somebody of the tenant, signed in. */
    async person(name: string) {
      const email = `${name}@fjell.example`;
      const user = { email, name, password: PASSWORD };
      const { id } = await world.done(createUser, user, { token: fjell.token });
      return { id, token: (await world.signIn(email, PASSWORD, 'fjell')).accessToken };
    },
    async stop() {
      await Promise.all([lending, parking, polls].map((product) => product.close()));
      await world.stop();
      await receiver.stop();
    },
  };
}

export type ThreeProducts = Awaited<ReturnType<typeof threeProducts>>;
