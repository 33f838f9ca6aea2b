-- A request for a link is claimed by moving next_attempt_at, and repeated until it is answered: nobody counts how often.
alter table link_request drop column attempts;
