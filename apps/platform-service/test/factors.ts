import { readMail } from '@kit/testing';
import { createUser, type User } from '@platform/contracts';
import { PASSWORD, type PlatformWorld, type TestTenant } from './world.js';

export interface TestPerson extends User {
  token: string;
}

/** A person of the tenant with a password, signed in. */
export async function person(world: PlatformWorld, tenant: TestTenant, name: string): Promise<TestPerson> {
  const email = `${name}@${tenant.slug}.example`;
  const user = await world.done(createUser, { email, name, password: PASSWORD, locale: 'en' }, { token: tenant.token });
  const { accessToken } = await world.signIn(email, PASSWORD, tenant.slug);
  return { ...user, token: accessToken };
}

/** Mails that came to somebody. The mail worker goes by the real time: what was written ahead of it is due now. */
export async function mailsTo(
  world: PlatformWorld,
  catcher: Parameters<typeof readMail>[0],
  to: string,
  subject: string,
  count = 1,
) {
  await world.rows("UPDATE platform.mails SET next_attempt_at = now() WHERE status = 'pending' AND attempts = 0");
  return readMail(catcher, { to, subject, count });
}
