import { LOGGER, type Logger, newTraceparent, RpcClient } from '@kit/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { registerProduct } from '@platform/contracts';
import { manifest } from './manifest.js';

const TIMEOUT_MS = 10_000;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 15_000];

/** Tells PLATFORM what DIGILIST is. The service serves meanwhile, and goes on asking until PLATFORM has answered. */
@Injectable()
export class Registration implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    void this.register(0);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async register(attempt: number): Promise<void> {
    try {
      const caller = {
        requestId: `register-${manifest.key}`,
        traceparent: newTraceparent(),
        deadline: Date.now() + TIMEOUT_MS,
      };
      const { version, changed } = await this.rpc.call(caller, registerProduct, manifest);
      this.log.info({ version, changed }, 'PLATFORM knows the product manifest');
    } catch (error) {
      if (this.stopped) return;
      const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] as number;
      if (attempt === 0) this.log.warn({ err: error }, 'the product manifest is not registered yet; trying again');
      this.timer = setTimeout(() => void this.register(attempt + 1), wait);
    }
  }
}
