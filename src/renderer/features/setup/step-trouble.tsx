import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '../../../contract/errors.ts';
import { DialogButton } from '../../components/dialog-button.tsx';
import { type Tone, TroubleView } from '../../components/trouble-view.tsx';
import type { Trouble } from '../../lib/problem.ts';

const NetworkDialog = lazy(() => import('./network-dialog.tsx'));

/** What a proxy that nobody named, or a certificate that is not known, looks like from here. */
const reaching: ReadonlySet<Trouble['code']> = new Set<ErrorCode>([
  'network-offline',
  'network-timeout',
  'portal-refused',
  'portal-html',
  'portal-certificate',
  'network-certificate-file',
]);

/** Why a step was refused; with proxy and certificate where they may be what is missing: the page of settings comes after the setup. */
export function StepTrouble({ trouble }: { trouble: Trouble }) {
  const { t } = useTranslation();
  return (
    <TroubleView trouble={trouble} tone={toneOf(trouble.code)} live>
      {reaching.has(trouble.code) && <DialogButton label={t('setup.network.open')} dialog={NetworkDialog} />}
    </TroubleView>
  );
}

/** A session that ended is no failure of what the person is doing. */
function toneOf(code: Trouble['code']): Tone {
  switch (code) {
    case 'session-ended':
      return 'info';
    case 'access-ended':
      return 'warning';
    default:
      return 'error';
  }
}
