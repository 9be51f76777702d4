"""Street addresses, in the forms of the six countries and a few of their neighbours."""

from datacoop.scrub.recognizers.addresses_elsewhere import ELSEWHERE
from datacoop.scrub.recognizers.addresses_english import ENGLISH
from datacoop.scrub.recognizers.addresses_french import FRENCH
from datacoop.scrub.recognizers.addresses_german import GERMAN
from datacoop.scrub.recognizers.addresses_korean import KOREAN
from datacoop.scrub.recognizers.addresses_told import TOLD

ADDRESSES = (*ENGLISH, *TOLD, *FRENCH, *GERMAN, *ELSEWHERE, *KOREAN)
