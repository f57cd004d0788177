import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { ComplianceModule } from '../compliance/index.js';
import { WebhooksModule } from '../integrations/index.js';
import { StatePublisher } from '../tenancy/index.js';
import { AuditStreams } from './audit-streams.js';
import { ProductsController } from './products.controller.js';
import { ProductsService } from './products.service.js';
import { publishStates } from './publish-states.js';
import { StateQueries } from './state.queries.js';

@Module({
  imports: [AccessModule, ComplianceModule, WebhooksModule],
  controllers: [ProductsController],
  providers: [
    AuditStreams,
    ProductsService,
    StateQueries,
    { provide: StatePublisher, useValue: { publish: publishStates } },
  ],
})
export class ProductsModule {}
