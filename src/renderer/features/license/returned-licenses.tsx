import { IconFileDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AppState } from '../../../contract/client/state.ts';
import { Button } from '../../components/button.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useAnnounce } from '../../lib/announcer.tsx';
import { programName } from '../../lib/program-name.ts';
import { saveFile } from '../../lib/save-file.ts';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import classes from './license-page.module.css';

/** What was given back here and the portal does not know of: each receipt, until it does. */
export function ReturnedLicenses() {
  const returned = useAppState((state) => state.returned);
  return returned.map((one) => <Returned key={`${one.kind} ${one.product}`} {...one} />);
}

function Returned({ product, productName, kind }: AppState['returned'][number]) {
  const { t } = useTranslation();
  const client = useClient();
  const announce = useAnnounce();
  const action = useAction();
  const name = productName === product ? programName(product, { licenses: null }) : productName;

  async function save() {
    const done = await action.run(() => client.licenses.receipt({ product }));
    if (done === null) return;
    saveFile(done.value.fileName, done.value.content);
    announce(t('common.checkSaved', { fileName: done.value.fileName }));
  }

  return (
    <section className={classes.returned} aria-label={t('license.returned.title', { product: name })}>
      <h2>{t('license.returned.title', { product: name })}</h2>
      <p>
        {t('license.receipt.text')} {t(`license.receipt.${kind}.consequence`)}
      </p>
      {action.trouble !== null && <TroubleView trouble={action.trouble} live />}
      <Button
        size="sm"
        leftSection={<IconFileDownload size={16} stroke={1.75} aria-hidden />}
        busy={action.busy}
        onClick={() => void save()}
      >
        {t('license.receipt.save')}
      </Button>
    </section>
  );
}
