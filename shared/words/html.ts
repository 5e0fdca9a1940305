const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text as HTML shows it, also within an attribute. */
export function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, (each) => entities[each] ?? each);
}
