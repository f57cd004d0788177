import path from 'node:path';
import { type DatabaseUrls, regionUsers, stateDurable } from '@kit/local-servers';
import { createDatabase } from './postgres.js';
import { migrate, type RunningApp, type RunningSystem } from './system.js';

export interface RunningRegion {
  readonly app: RunningApp;
  readonly urls: DatabaseUrls;
  /** Ends the service and drops the database. To be called before the system stops. */
  stop(): Promise<void>;
}

/** A digilist-service of its own database in one more region of a system whose nats-server was made with it. */
export async function launchRegion(system: RunningSystem, region: string): Promise<RunningRegion> {
  const database = await createDatabase('digilist', (urls) => migrate('digilist', urls), {
    postgres: system.postgres,
    template: 'system',
  });
  const [user] = regionUsers(region);
  const { password } = system.nats.credentials[user];
  const app = await system.launch('digilist', {
    env: {
      NATS_USER: user,
      NATS_PASSWORD: password,
      DIGILIST_REGION: region,
      DIGILIST_STATE_DURABLE: stateDurable(region),
      DIGILIST_DATABASE_URL: database.urls.app,
      DIGILIST_DATABASE_SYSTEM_URL: database.urls.system,
      DIGILIST_MEDIA_FOLDER: path.join(system.logDir, `media-${region}`),
    },
  });
  return {
    app,
    urls: database.urls,
    stop: async () => {
      await app.stop();
      await database.drop();
    },
  };
}
