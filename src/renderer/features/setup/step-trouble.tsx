import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../../../contract/errors.ts';
import { Button } from '../../components/button.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import type { Trouble } from '../../lib/problem.ts';

const NetworkDialog = lazy(() => import('./network-dialog.tsx'));

/** What a proxy that nobody named, or a certificate that is not known, looks like from here. */
const reaching: ReadonlySet<Trouble['code']> = new Set<ErrorCode>([
  'network-offline',
  'network-timeout',
  'portal-refused',
  'portal-html',
  'portal-certificate',
]);

/** Why a step was refused; with proxy and certificate where they may be what is missing: the page of settings comes after the setup. */
export function StepTrouble({ trouble }: { trouble: Trouble }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    // A session that ended is no failure of what the person is doing.
    <TroubleView trouble={trouble} tone={trouble.code === 'session-ended' ? 'info' : 'error'} live>
      {reaching.has(trouble.code) && (
        <>
          <Button size="xs" onClick={() => setOpen(true)}>
            {t('setup.network.open')}
          </Button>
          {isOpen && (
            <Suspense>
              <NetworkDialog onClose={() => setOpen(false)} />
            </Suspense>
          )}
        </>
      )}
    </TroubleView>
  );
}
