import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('syncjobs', '0008_count_hours'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='Handing in again under this key does nothing.', max_length=64, unique=True)),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('status', models.CharField(choices=[('checking', 'Checking'), ('ready', 'Ready to apply'), ('applying', 'Applying'), ('done', 'Done'), ('failed', 'Refused'), ('discarded', 'Discarded')], default='checking', max_length=9, verbose_name='status')),
                ('file_name', models.CharField(max_length=255, verbose_name='file')),
                ('size', models.PositiveIntegerField(help_text='Bytes.', verbose_name='size')),
                ('encoding', models.CharField(blank=True, max_length=10, verbose_name='encoding')),
                ('how', models.CharField(blank=True, help_text='How the file was read.', max_length=40)),
                ('language', models.CharField(help_text='In which it is told what is wrong.', max_length=10)),
                ('uploaded_by', models.CharField(max_length=150, verbose_name='uploaded by')),
                ('applied_by', models.CharField(blank=True, max_length=150, verbose_name='applied by')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('attempts', models.PositiveSmallIntegerField(default=0, help_text='Times in a row that work on it began and got nowhere.')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('checked', models.PositiveIntegerField(default=0, verbose_name='checked')),
                ('new', models.PositiveIntegerField(default=0, verbose_name='new')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('same', models.PositiveIntegerField(default=0, verbose_name='unchanged')),
                ('errors', models.PositiveIntegerField(default=0, verbose_name='with errors')),
                ('warned', models.PositiveIntegerField(default=0, verbose_name='to look at')),
                ('applied', models.PositiveIntegerField(default=0, verbose_name='applied')),
                ('conflicts', models.PositiveIntegerField(default=0, verbose_name='conflicts')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='refused')),
                ('told', models.JSONField(blank=True, default=list, help_text='Channels and how many listing levels it touches.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='uploaded at')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked at')),
                ('asked_at', models.DateTimeField(blank=True, null=True, verbose_name='asked to apply at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files in and out',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='UploadRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='row')),
                ('effect', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('error', 'Error')], max_length=7, verbose_name='effect')),
                ('cells', models.JSONField(help_text="The row's cells by column.")),
                ('changes', models.JSONField(default=list, help_text='Column, old and new of each change.')),
                ('problems', models.JSONField(default=list, help_text='Column, value and why, of each error.')),
                ('warning', models.TextField(blank=True, verbose_name='warning')),
                ('product_id', models.BigIntegerField(blank=True, null=True)),
                ('place_id', models.BigIntegerField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('', 'Not applied'), ('applied', 'Applied'), ('conflict', 'Changed meanwhile'), ('refused', 'Refused')], default='', max_length=8, verbose_name='outcome')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='UploadContent',
            fields=[
                ('upload', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='content', serialize=False, to='syncjobs.upload')),
                ('data', models.BinaryField()),
            ],
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(condition=models.Q(('status__in', ['checking', 'applying'])), fields=['id'], name='upload_unfinished'),
        ),
        migrations.AddField(
            model_name='uploadrow',
            name='upload',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='syncjobs.upload'),
        ),
        migrations.AddIndex(
            model_name='uploadrow',
            index=models.Index(fields=['upload', 'effect', 'number'], name='upload_row_by_effect'),
        ),
        migrations.AddIndex(
            model_name='uploadrow',
            index=models.Index(condition=models.Q(('effect__in', ['new', 'changed']), ('outcome', '')), fields=['upload', 'number'], name='upload_row_waiting'),
        ),
        migrations.AddIndex(
            model_name='uploadrow',
            index=models.Index(condition=models.Q(('outcome__in', ['conflict', 'refused'])), fields=['upload', 'outcome', 'number'], name='upload_row_skipped'),
        ),
        migrations.AddIndex(
            model_name='uploadrow',
            index=models.Index(condition=models.Q(('warning', ''), _negated=True), fields=['upload', 'number'], name='upload_row_warned'),
        ),
        migrations.AddConstraint(
            model_name='uploadrow',
            constraint=models.UniqueConstraint(fields=('upload', 'number'), name='one_row_per_upload_and_number'),
        ),
    ]
