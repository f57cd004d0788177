import { describe, expect, it } from '@jest/globals';
import { htmlOf } from './html.js';

const html = (body: string, tenantName = 'Storevik kommune') => htmlOf({ body, locale: 'nb', tenantName });

describe('the HTML of a message', () => {
  it('keeps paragraphs and lines', () => {
    expect(html('Hei\n\nEn\nto')).toContain('>Hei</p>');
    expect(html('Hei\n\nEn\nto')).toContain('>En<br>to</p>');
  });

  it.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '&lt;script&gt;'])(
    'takes %s for letters, in the words and in the name of the sender',
    (text) => {
      const shown = text.replace(
        /[&<>"']/g,
        (one) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[one]};`,
      );
      expect(html(text)).toContain(`>${shown}</p>`);
      expect(html('Hei', text)).toContain(`>${shown}</p>`);
      expect(html(text, text)).not.toMatch(/<(script|img)/);
    },
  );

  it('makes links of web addresses, without what ends the sentence, and of nothing else', () => {
    expect(html('Se https://example.no/a?b=1&c=2.')).toContain(
      'Se <a href="https://example.no/a?b=1&amp;c=2" style="color:#0b57a4">https://example.no/a?b=1&amp;c=2</a>.',
    );
    expect(html('javascript:alert(1) data:text/html,x')).not.toContain('<a ');
    expect(html('https://x.no/"onclick="alert(1)')).toContain('href="https://x.no/"');
  });
});
