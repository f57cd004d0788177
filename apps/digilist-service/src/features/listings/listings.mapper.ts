import type { CreateListing, LocalizedName, LocalizedSummary, LocalizedText, UpdateListing } from '@digilist/contracts';

/** Bokmål stands in for what is missing, so that readers need not ask. */
export const allLanguages = <Words extends LocalizedName | LocalizedSummary | LocalizedText>({
  nb,
  nn,
  en,
}: Words) => ({
  nb,
  nn: nn ?? nb,
  en: en ?? nb,
});

/** Columns of what a request names; what it does not name is left out. */
export function listingColumns(request: Partial<CreateListing> | UpdateListing): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  const put = (column: string, value: unknown) => {
    if (value !== undefined) columns[column] = value;
  };
  const { address, position, terms } = request;
  put('name', request.name && allLanguages(request.name));
  put('slug', request.slug);
  put('short_description', request.shortDescription && allLanguages(request.shortDescription));
  put('description', request.description && allLanguages(request.description));
  put('contact', request.contact);
  put('access_instructions', request.accessInstructions && allLanguages(request.accessInstructions));
  put('accessibility', request.accessibility && [...new Set(request.accessibility)]);
  if (address !== undefined) {
    put('street', address?.street ?? null);
    put('postal_code', address?.postalCode ?? null);
    put('city', address?.city ?? null);
  }
  if (position !== undefined) {
    put('latitude', position?.latitude ?? null);
    put('longitude', position?.longitude ?? null);
  }
  if (terms !== undefined) {
    put('terms_version', terms?.version ?? null);
    put('terms', terms ? allLanguages(terms.text) : null);
  }
  put('municipality_code', request.municipalityCode);
  put('capacity', request.capacity);
  put('area_m2', request.areaM2);
  put('payment_policy', request.paymentPolicy);
  put('approval_workflow_id', request.approvalWorkflowId);
  put('buffer_before_minutes', request.bufferBeforeMinutes);
  put('buffer_after_minutes', request.bufferAfterMinutes);
  put('slot_minutes', request.slotMinutes);
  put('check_in_time', request.checkInTime);
  put('check_out_time', request.checkOutTime);
  return columns;
}
