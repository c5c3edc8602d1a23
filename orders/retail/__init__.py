"""A real retailer's year, replayed in time order through the public verbs.

Input: *Online Retail* (Daqing Chen, UCI, 2015, doi 10.24432/C5BW33, CC BY 4.0) or any file with
its columns, sorted by InvoiceDate. The file is streamed three times, never held:

1. survey   which codes are goods and what they are called, working days, what gets cancelled
2. plan     tells the story without a database and notes how deep stock would fall each month:
            that is the opening stock, and the purchases of each later month
3. replay   tells the same story again and applies it, one transaction per working day

What a line becomes (exactly one of these; the totals add up):

ordered     a line of a sales order, placed with the others of its hour in one posting. Price 0
            makes no difference when the customer is given, or when the text is the product's
            name: a gift.
cancelled   a line of a C-invoice, matched to earlier order lines of the same customer and code
            (of any customer where none is given): the latest with enough units left, or several.
            Not shipped yet: the order is edited, or, when nothing is left of it, canceled, and
            archived the next working morning (until then it goes on holding, as canceled orders
            do). Shipped: a return.
adjusted    price 0, no customer, and the quantity negative or the text not the product's name: a
            person's correction, with the typed words as its reason.
left out    postage, fees, vouchers and other codes that are no goods (orders.retail.goods).
refused     whatever could not be taken, with the reason: mostly cancellations of orders placed
            before the file begins.

What the file does not say is made up by fixed rules, the same whatever `--until` is: orders placed
before noon are shipped the same evening, later ones the next working day's; ASNs are sent the
morning after, and the orders closed; they are archived 30 days later. Purchases arrive on the
first working day of the month, half direct to stock, half to staging and put away that evening.
"""
