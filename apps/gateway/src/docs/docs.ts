import { HTTP_STATUS, type Operation } from '@kit/contracts';
import { Controller, Get, NotFoundException, Param, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Open } from '../edge/operation-of.js';
import { EDGE_CODES } from '../problems/edge-codes.js';
import type { OpenApiDocument } from './openapi.js';

/** `/docs` (Swagger UI, served from here) and `/openapi.json`. */
export function serveDocuments(app: NestFastifyApplication, document: OpenApiDocument): void {
  SwaggerModule.setup('docs', app, document as unknown as OpenAPIObject, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Digilist API',
    swaggerOptions: {
      docExpansion: 'none',
      filter: true,
      persistAuthorization: false,
      tryItOutEnabled: true,
      tagsSorter: 'alpha',
    },
  });
}

/** `GET /problems/{code}`: what a problem's `type` points to. */
export function problemsController(operations: readonly Operation[]): Type<object> {
  const meanings = new Map<string, object>(
    EDGE_CODES.map(({ code, status, text }) => [code, { code, status, title: text }]),
  );
  for (const operation of operations) {
    for (const { code, kind, text } of operation.errors)
      meanings.set(code, { code, status: HTTP_STATUS[kind], title: text });
  }

  @Controller('problems')
  class ProblemsController {
    @Get(':code')
    @Open()
    explain(@Param('code') code: string): object {
      const meaning = meanings.get(code);
      if (!meaning) throw new NotFoundException();
      return meaning;
    }
  }
  return ProblemsController;
}
