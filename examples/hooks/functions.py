"""Functions: every call is an event. Run: python functions.py"""

import penchant
from penchant.capture.hooks import Tracking, acting_as

recorder = penchant.Recorder("taste")
tracked = Tracking(recorder)


@tracked  # item "price", user the current one
def price(sku):
    return {"tea": 4, "cup": 9}[sku]


@tracked(kind="purchase", user=lambda customer: customer, item=lambda sku: sku)
def buy(customer, sku, count=1):
    return count * price(sku)


with acting_as("ann"):
    print(price("tea"))
    print(buy("ann", "cup", count=2))
    try:
        price("yacht")
    except KeyError:
        print("no such thing")
recorder.close()
