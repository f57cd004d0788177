const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] as string);

const URL_IN_TEXT = /https?:\/\/[^\s<>"']+/g;

/** Addresses become links, everything else stays letters. */
function linked(text: string): string {
  let html = '';
  let at = 0;
  for (const { 0: found, index } of text.matchAll(URL_IN_TEXT)) {
    // What ends the sentence does not belong to the address.
    const url = found.replace(/[.,;:!?)]+$/, '');
    html += `${escaped(text.slice(at, index))}<a href="${escaped(url)}" style="color:#0b57a4">${escaped(url)}</a>`;
    at = index + url.length;
  }
  return html + escaped(text.slice(at));
}

/** The same words for mail programs that show HTML: nothing is fetched, and nothing in the words is taken for HTML. */
export function htmlOf({ body, locale, tenantName }: { body: string; locale: string; tenantName: string }): string {
  const paragraphs = body
    .split(/\n{2,}/)
    .map((paragraph) => `<p style="margin:0 0 16px">${paragraph.split('\n').map(linked).join('<br>')}</p>`);
  return [
    `<!doctype html><html lang="${escaped(locale)}"><head><meta charset="utf-8"></head>`,
    '<body style="margin:0;padding:24px;background:#fff;color:#1a1a1a;font:16px/1.5 Arial,Helvetica,sans-serif">',
    `<div style="max-width:600px"><p style="margin:0 0 24px;font-weight:bold">${escaped(tenantName)}</p>`,
    ...paragraphs,
    '</div></body></html>',
  ].join('\n');
}
