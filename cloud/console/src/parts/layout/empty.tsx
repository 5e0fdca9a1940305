import type { ComponentChildren, VNode } from 'preact';

/** Says that there is nothing to show, why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): VNode {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A failure in a sentence; nothing while there is none. */
export function Failure({ text }: { text: string }): VNode | null {
  if (text === '') return null;
  return (
    <div class="notice notice-bad" role="alert">
      {text}
    </div>
  );
}
