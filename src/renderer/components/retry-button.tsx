import { useTranslation } from 'react-i18next';
import { keepFocus } from '../lib/keep-focus.ts';
import { Button } from './button.tsx';

/** Tries again what could not be read. It goes as soon as it is pressed where there is nothing else to show meanwhile. */
export function RetryButton({ busy, onRetry }: { busy: boolean; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      size="xs"
      busy={busy}
      onClick={({ currentTarget }) => {
        keepFocus(currentTarget);
        onRetry();
      }}
    >
      {t('common.retry')}
    </Button>
  );
}
