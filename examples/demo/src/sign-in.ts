import { type Client, createClient } from '@digilist/client';

/** Signs in; without a tenant as a user of the system itself. */
export async function signIn(baseUrl: string, tenant: string | null, email: string, password: string): Promise<Client> {
  const client = createClient({ baseUrl, ...(tenant !== null && { tenant }) });
  await client.signIn(email, password);
  return client;
}
