import { Button } from './fields';
import { useId, useRef, useState } from 'preact/hooks';
import { texts } from './texts';

/** A value to copy, also where the browser gives a frame no clipboard: it is selected then. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    input.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <div class="field copy">
      <label for={id}>{label}</label>
      <input id={id} ref={input} readOnly value={value} />
      <Button quiet text={copied ? texts.copied : texts.copy} onClick={() => void copy()} />
    </div>
  );
}
