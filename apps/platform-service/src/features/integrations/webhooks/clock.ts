import { Injectable } from '@nestjs/common';

/** The time that deliveries go by; a spec lets days pass. */
@Injectable()
export class DeliveryClock {
  now(): Date {
    return new Date();
  }
}
