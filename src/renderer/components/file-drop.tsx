import { IconFileImport } from '@tabler/icons-react';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import classes from './file-drop.module.css';

/** Takes one file, dropped or picked. The button is the keyboard's way; dropping is the shortcut. */
export function FileDrop({
  hint,
  isNext = false,
  busy,
  onFile,
}: {
  hint: string;
  /** It is what the person does next. */
  isNext?: boolean;
  busy: boolean;
  onFile: (file: File) => void;
}) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined && !busy) onFile(file);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has no keyboard counterpart; the button inside does the same
    <div
      className={classes.area}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileImport size={24} stroke={1.5} aria-hidden />
      <p className={classes.hint}>{hint}</p>
      <Button variant={isNext ? 'filled' : 'default'} busy={busy} onClick={() => input.current?.click()}>
        {t('common.chooseFile')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        tabIndex={-1}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // The same file may be picked again after it was mended.
          event.currentTarget.value = '';
          if (file !== undefined) onFile(file);
        }}
      />
    </div>
  );
}
