import { createHash } from 'node:crypto';
import { HTTP_STATUS, type Operation } from '@kit/contracts';
import { Controller, Get, NotFoundException, Param, Req, Res, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Open } from '../edge/operation-of.js';
import { EDGE_CODES } from '../problems/edge-codes.js';
import type { OpenApiDocument } from './openapi.js';

/** `/docs`: Swagger UI, served from here. */
export function serveDocuments(app: NestFastifyApplication, document: () => OpenApiDocument): void {
  SwaggerModule.setup('docs', app, () => document() as unknown as OpenAPIObject, {
    // Served below, written once; Nest would write it out anew for every reader.
    raw: false,
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

/** `GET /openapi.json`. */
export function documentController(document: () => OpenApiDocument): Type<object> {
  const written = once(() => {
    const bytes = Buffer.from(JSON.stringify(document()));
    return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
  });

  @Controller()
  class DocumentController {
    @Get('openapi.json')
    @Open()
    read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
      const { bytes, etag } = written();
      reply.header('etag', etag).header('cache-control', 'no-cache');
      if (request.headers['if-none-match'] === etag) reply.code(304).send();
      else reply.header('content-type', 'application/json; charset=utf-8').send(bytes);
    }
  }
  return DocumentController;
}

/** The document is made for its first reader: most processes serve many requests before anybody reads it. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
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
