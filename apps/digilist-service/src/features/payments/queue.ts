import { Injectable } from '@nestjs/common';

/** Tells those who work on payments that there may be something to do: whoever adds to their queues knows none of them. */
@Injectable()
export class PaymentQueue {
  private readonly workers: (() => void)[] = [];

  served(wake: () => void): void {
    this.workers.push(wake);
  }

  wake(): void {
    for (const wake of this.workers) wake();
  }
}
