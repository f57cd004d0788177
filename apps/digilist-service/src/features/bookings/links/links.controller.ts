import {
  type BookingId,
  type BookingLinkId,
  type BookingLinkToken,
  type CreateBookingLink,
  createBookingLink,
  listBookingLinks,
  readBookingLink,
  revokeBookingLink,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { BookingLinksService } from './links.service.js';

@Controller()
export class BookingLinksController {
  constructor(private readonly links: BookingLinksService) {}

  @Handles(createBookingLink)
  create(ctx: RequestContext, request: CreateBookingLink) {
    return this.links.create(ctx, request);
  }

  @Handles(listBookingLinks)
  list(ctx: RequestContext, request: BookingId) {
    return this.links.list(ctx, request);
  }

  @Handles(revokeBookingLink)
  revoke(ctx: RequestContext, request: BookingLinkId) {
    return this.links.revoke(ctx, request);
  }

  @Handles(readBookingLink)
  read(ctx: RequestContext, request: BookingLinkToken) {
    return this.links.read(ctx, request);
  }
}
