import { type DynamicModule, Module } from '@nestjs/common';
import { BRREG_URL, BrregRegister } from './brreg-register.js';
import { OrganizationRegister } from './organization-register.js';
import { VerificationSettlement } from './settlement.js';
import { VerificationController } from './verification.controller.js';
import { VerificationQueries } from './verification.queries.js';
import { VerificationService } from './verification.service.js';
import { VerificationChecks } from './verification-checks.job.js';

@Module({})
export class VerificationModule {}

export const verificationModule = ({ brregUrl }: { readonly brregUrl: string }): DynamicModule => ({
  module: VerificationModule,
  controllers: [VerificationController],
  providers: [
    { provide: BRREG_URL, useValue: brregUrl },
    { provide: OrganizationRegister, useClass: BrregRegister },
    VerificationService,
    VerificationQueries,
    VerificationSettlement,
    VerificationChecks,
  ],
});
