import type { VNode } from 'preact';

interface Props {
  label: string;
  text: string;
  /** Gets the parameter of the address by which lists are filtered. */
  onChange(changes: { q: string }): void;
}

export function SearchBox({ label, text, onChange }: Props): VNode {
  return (
    <input
      type="search"
      placeholder={label}
      aria-label={label}
      value={text}
      onInput={({ currentTarget }) => onChange({ q: currentTarget.value })}
    />
  );
}
