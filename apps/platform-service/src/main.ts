import { runService } from '@kit/service';
import { loadPlatformConfig } from './config.js';
import { serviceOptions } from './service-options.js';

try {
  await runService(serviceOptions(loadPlatformConfig()));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
