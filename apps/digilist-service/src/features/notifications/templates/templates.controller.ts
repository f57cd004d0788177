import {
  deleteNotificationTemplate,
  getNotificationTemplate,
  type ListNotificationTemplates,
  listNotificationTemplates,
  type PreviewNotificationTemplate,
  type PutNotificationTemplate,
  previewNotificationTemplate,
  putNotificationTemplate,
  type TemplateKey,
  type TestNotificationTemplate,
  testNotificationTemplate,
} from '@digilist/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import { TemplatesService } from './templates.service.js';

@Controller()
export class TemplatesController {
  constructor(private readonly templates: TemplatesService) {}

  @Handles(listNotificationTemplates)
  list(ctx: RequestContext, request: ListNotificationTemplates) {
    return this.templates.list(ctx, request);
  }

  @Handles(getNotificationTemplate)
  get(ctx: RequestContext, request: TemplateKey) {
    return this.templates.get(ctx, request);
  }

  @Handles(putNotificationTemplate)
  put(ctx: RequestContext, request: PutNotificationTemplate) {
    return this.templates.put(ctx, request);
  }

  @Handles(deleteNotificationTemplate)
  delete(ctx: RequestContext, request: TemplateKey) {
    return this.templates.delete(ctx, request);
  }

  @Handles(previewNotificationTemplate)
  preview(ctx: RequestContext, request: PreviewNotificationTemplate) {
    return this.templates.preview(ctx, request);
  }

  @Handles(testNotificationTemplate)
  test(ctx: RequestContext, request: TestNotificationTemplate) {
    return this.templates.test(ctx, request);
  }
}
