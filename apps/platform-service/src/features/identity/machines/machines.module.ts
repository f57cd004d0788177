import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/index.js';
import { IdentityModule } from '../identity.module.js';
import { MachinesController } from './machines.controller.js';
import { ServiceAccountsService } from './service-accounts.service.js';
import { TokenExchangeService } from './token-exchange.service.js';

@Module({
  imports: [AccessModule, IdentityModule],
  controllers: [MachinesController],
  providers: [ServiceAccountsService, TokenExchangeService],
})
export class MachinesModule {}
